-- Types here are understood alike by H2 and PostgreSQL ("bytea" is H2's VARBINARY by another name; an unbounded "varchar" is
-- text), so that one set of migrations serves both.

create table blob_manifest (
    id varchar(64) not null primary key,
    byte_length bigint not null,
    sha256 varchar(64) not null,
    created_at timestamp with time zone not null,
    complete boolean not null
);

create table blob_part (
    blob_id varchar(64) not null references blob_manifest (id),
    sequence integer not null,
    sha256 varchar(64) not null,
    content bytea not null,
    primary key (blob_id, sequence)
);
