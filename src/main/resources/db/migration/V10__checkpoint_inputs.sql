-- What the run had read besides its job, by SHA-256: the data's token ids, and the weights below an adapter. Null: not known, or none.
alter table job_checkpoint add column data_sha256 varchar(64);
alter table job_checkpoint add column base_sha256 varchar(64);
