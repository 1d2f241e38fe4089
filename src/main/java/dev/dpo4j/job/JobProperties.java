package dev.dpo4j.job;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How jobs are executed.
 *
 * @param node what this node is called in logs and tables, unlike any other; null: by its host and a random number
 * @param enabled whether this node runs jobs; one that does not still accepts them for others
 * @param pollingInterval how often to look for jobs of other nodes; jobs created here start at once
 * @param heartbeatInterval how often a running job says that it is alive
 * @param missedHeartbeats after how many missed ones it counts as dead, and another node takes it over
 * @param retryInterval how long to wait when the database failed
 * @param shutdownWait how long a shutdown waits for a running job's checkpoint
 */
@ConfigurationProperties("dpo4j.jobs")
record JobProperties(
        @Nullable String node,
        @DefaultValue("true") boolean enabled,
        @DefaultValue("5s") Duration pollingInterval,
        @DefaultValue("10s") Duration heartbeatInterval,
        @DefaultValue("6") int missedHeartbeats,
        @DefaultValue("30s") Duration retryInterval,
        @DefaultValue("2m") Duration shutdownWait) {}
