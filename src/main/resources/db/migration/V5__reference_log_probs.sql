-- Answers' summed log-probabilities under a reference model, by a hash of all that decides them. A cache: rows may go at any time.
create table reference_log_prob (
    id varchar(64) not null primary key,
    log_prob double precision not null,
    -- Brought up to date at most once a day.
    used_at timestamp with time zone not null
);
