-- What a LoRA has besides rank, alpha and targets, as JSON: rsLoRA and patterns; null: nothing.
alter table tuned_model add column lora_options varchar;
