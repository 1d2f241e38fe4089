package dev.dpo4j.api;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Limits of the HTTP interface.
 *
 * @param maxJsonBody largest body that is not an upload
 */
@ConfigurationProperties("dpo4j.http")
record HttpProperties(@DefaultValue("32MB") DataSize maxJsonBody) {}
