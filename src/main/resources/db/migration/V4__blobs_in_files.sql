-- A blob's bytes are in rows of blob_part, or in the file that is named after its sha256, beside the embedded database.
alter table blob_manifest add column in_file boolean default false not null;

-- Who else has its bytes in a file?
create index blob_manifest_sha256 on blob_manifest (sha256);
