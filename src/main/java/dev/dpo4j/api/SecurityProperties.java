package dev.dpo4j.api;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may call.
 *
 * @param apiKeys one of these must be sent with every call; none: the service is open, and stays on the loopback address
 */
@ConfigurationProperties("dpo4j.security")
record SecurityProperties(@DefaultValue List<String> apiKeys) {

    SecurityProperties {
        apiKeys = apiKeys.stream()
                .map(String::strip)
                .filter(key -> !key.isEmpty())
                .toList();
    }

    /** Without the keys themselves, so that they cannot end up in a log. */
    @Override
    public String toString() {
        return "SecurityProperties[" + apiKeys.size() + " keys]";
    }
}
