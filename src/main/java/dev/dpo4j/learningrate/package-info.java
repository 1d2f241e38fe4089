/**
 * The learning rate of each optimizer step: transformers' schedules, their options and their warm-up. Pure arithmetic.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.dpo4j.learningrate;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
