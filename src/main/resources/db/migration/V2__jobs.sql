create table job (
    id varchar(64) not null primary key,
    status varchar(20) not null,
    model varchar(512) not null,
    training_file varchar(255) not null,
    validation_file varchar(255),
    spec varchar not null,
    created_at timestamp with time zone not null,
    finished_at timestamp with time zone,
    estimated_finish timestamp with time zone,
    trained_tokens bigint,
    fine_tuned_model varchar(512),
    error_code varchar(64),
    error_message varchar,
    error_param varchar(255),
    validated boolean not null,
    -- Goes up with every claim and with a cancel; a run's writes carry the number it got, and find no row once it is stale.
    fence bigint not null,
    owner varchar(100),
    -- Goes up with every resume; an execution scheduled for an earlier one does nothing.
    run_number integer not null,
    last_event bigint not null
);

create index job_newest on job (created_at desc, id desc);

create table job_metadata (
    job_id varchar(64) not null references job (id),
    name varchar(64) not null,
    content varchar(512) not null,
    primary key (job_id, name)
);

create table job_event (
    job_id varchar(64) not null references job (id),
    sequence bigint not null,
    -- What the event is about, such as "metrics:17": steps repeated after a crash are not told twice.
    event_key varchar(100),
    created_at timestamp with time zone not null,
    level varchar(10) not null,
    type varchar(10) not null,
    message varchar not null,
    data varchar,
    primary key (job_id, sequence),
    unique (job_id, event_key)
);

-- A checkpoint's manifest, written after its blobs: without this row there is no checkpoint.
create table job_checkpoint (
    id varchar(64) not null primary key,
    job_id varchar(64) not null references job (id),
    step integer not null,
    created_at timestamp with time zone not null,
    progress varchar not null,
    fingerprint varchar not null,
    metrics varchar not null,
    weights_blob varchar(64) not null,
    weights_length bigint not null,
    weights_sha256 varchar(64) not null,
    optimizer_blob varchar(64) not null,
    optimizer_length bigint not null,
    optimizer_sha256 varchar(64) not null,
    unique (job_id, step)
);

-- The table that db-scheduler works with, under its own names.
create table scheduled_tasks (
    task_name varchar(100) not null,
    task_instance varchar(100) not null,
    task_data bytea,
    execution_time timestamp with time zone not null,
    picked boolean not null,
    picked_by varchar(100),
    last_success timestamp with time zone,
    last_failure timestamp with time zone,
    consecutive_failures integer,
    last_heartbeat timestamp with time zone,
    version bigint not null,
    priority smallint,
    primary key (task_name, task_instance)
);

create index scheduled_tasks_due on scheduled_tasks (execution_time);
create index scheduled_tasks_heartbeat on scheduled_tasks (last_heartbeat);
