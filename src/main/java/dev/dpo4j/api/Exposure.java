package dev.dpo4j.api;

import java.net.InetAddress;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.stereotype.Component;

/** Refuses to start a service that others can reach and anybody may use. */
@Component
class Exposure {

    Exposure(ServerProperties server, SecurityProperties security) {
        InetAddress address = server.getAddress();
        boolean local = address != null && address.isLoopbackAddress();
        if (!local && security.apiKeys().isEmpty()) {
            throw new UnprotectedServiceException(address == null ? "every address" : address.getHostAddress());
        }
    }
}
