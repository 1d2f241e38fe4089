create table tuned_model (
    id varchar(512) not null primary key,
    -- The id of the model it was tuned from: a folder, a seeded model or another tuned one, so no foreign key.
    base varchar(512) not null,
    job_id varchar(64) not null,
    created_at timestamp with time zone not null,
    -- A safetensors file; a checkpoint of the job may share it.
    weights_blob varchar(64) not null references blob_manifest (id),
    weights_sha256 varchar(64) not null,
    lora_rank integer,
    lora_alpha double precision,
    lora_targets varchar(255),
    config varchar not null
);

create index tuned_model_base on tuned_model (base);
