package dev.dpo4j.tokenizer;

/**
 * One turn of a conversation.
 *
 * @param role who speaks: system, user, assistant, or what else the model's chat template knows
 * @param content what is said
 */
public record ChatMessage(String role, String content) {}
