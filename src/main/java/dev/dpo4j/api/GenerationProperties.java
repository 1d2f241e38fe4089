package dev.dpo4j.api;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits of {@code POST /v1/chat/completions} and {@code /v1/completions}.
 *
 * @param memory what one answer may take besides the model, above all for the keys and values of its tokens
 * @param maxChatTokens tokens of a chat answer whose request does not say how many it may have
 */
@ConfigurationProperties("dpo4j.generation")
record GenerationProperties(
        @DefaultValue("2GB") DataSize memory,
        @DefaultValue("512") int maxChatTokens) {}
