/**
 * The whole database carried into another one while no service runs: from the embedded file to the configured database, or into a
 * smaller file in its place. Knows tables only as the databases describe them.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"digest"})
package dev.dpo4j.move;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
