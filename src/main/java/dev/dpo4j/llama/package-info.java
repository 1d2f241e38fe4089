/**
 * The Llama: configuration, weights, forward, backward, LoRA, generation.
 *
 * <p>One alphabet: T tokens (rows), C hidden size, H query heads, K key/value heads, G = H / K query heads to a key head, D head size,
 * F intermediate size, V vocabulary, N scored tokens, r adapter rank, and in attention B query rows of a block. A layer is what
 * transformers calls so, attention and MLP together; a block is some rows in attention. Weights are (out, in) as Hugging Face stores
 * them; {@code dX} is the gradient of {@code X}. Parameter gradients are added to; activation gradients are written, except the residual
 * stream's, which is added to.
 *
 * <p>Sequences are never padded: all linear layers see one (T, ·) matrix, attention walks the segments of a {@link
 * dev.dpo4j.llama.TokenTree}, in which what texts begin with alike stands once (a {@link dev.dpo4j.llama.TokenTrie} finds it), and
 * logits exist only for scored tokens, a chunk at a time.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"kernel", "tensor", "safetensors"})
package dev.dpo4j.llama;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
