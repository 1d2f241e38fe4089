/**
 * Hashes, by which bytes are known again.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.dpo4j.digest;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
