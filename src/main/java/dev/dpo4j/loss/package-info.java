/**
 * Preference losses and their metrics: pure arithmetic on log-probabilities, in double precision, without state.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.dpo4j.loss;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
