-- Weights do not compress: without this PostgreSQL would try, on every write.
alter table blob_part alter column content set storage external;

-- A content lies in rows of 2 kB in a table beside. By default that is vacuumed when a fifth of it is dead: of 100 GB of models 20 GB
-- of deleted checkpoints. A fiftieth instead; vacuum looks only at pages that changed, so it costs little. And without the pauses that
-- spare other work: with them a checkpoint's rows take minutes, in which the next ones find no room to use again.
alter table blob_part set (
    autovacuum_vacuum_scale_factor = 0.02,
    toast.autovacuum_vacuum_scale_factor = 0.02,
    toast.autovacuum_vacuum_cost_delay = 0
);
