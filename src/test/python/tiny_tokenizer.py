#!/usr/bin/env python3
"""Writes src/test/resources/models/tiny-tokenizer: a byte-level BPE tokenizer of 391 tokens, for tests.

usage: tiny_tokenizer.py src/test/resources/models/tiny-tokenizer
needs: pip install tokenizers==0.23.3

Its tokenizer.json puts a BOS before a text, and asks for truncation to 16 tokens and for padding, as some on the hub do:
neither of these may happen. Its tokenizer_config.json says add_bos_token false, which transformers ignores where there
is a tokenizer.json.
"""
import json
import os
import sys

from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers

TEXT = """A short answer is better than a lecture. The answer is forty two, and the question was how many.
What is the capital of France? The capital of France is Paris. What is the capital of Italy? It is Rome.
Please say it in one sentence. You are a helpful assistant who answers in one short sentence.
user assistant system user assistant the the then there that this answer answers question questions
"""
TEMPLATE = """{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"""


def main(folder):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<s>", "</s>", "<|im_start|>", "<|im_end|>"],
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator([TEXT], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", pair="<s> $A $B", special_tokens=[("<s>", 0)])
    tokenizer.enable_truncation(16)
    tokenizer.enable_padding(length=16)
    os.makedirs(folder, exist_ok=True)
    tokenizer.save(os.path.join(folder, "tokenizer.json"))
    config = {"tokenizer_class": "PreTrainedTokenizerFast", "add_bos_token": False, "bos_token": "<s>",
              "eos_token": {"__type": "AddedToken", "content": "</s>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False},
              "model_max_length": 16}
    with open(os.path.join(folder, "tokenizer_config.json"), "w") as file:
        json.dump(config, file, indent=2)
        file.write("\n")
    with open(os.path.join(folder, "chat_template.jinja"), "w") as file:
        file.write(TEMPLATE)


if __name__ == "__main__":
    main(sys.argv[1])
