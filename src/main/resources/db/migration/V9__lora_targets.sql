-- An adapter's targets may be the full paths of many layers.
alter table tuned_model alter column lora_targets set data type varchar;
