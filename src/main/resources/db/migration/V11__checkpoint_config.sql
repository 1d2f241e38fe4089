-- What of the model's config.json a run had computed with, by SHA-256. Null: not known.
alter table job_checkpoint add column config_sha256 varchar(64);
