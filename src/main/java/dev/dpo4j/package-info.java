/** The service's entry point. */
@NullMarked
package dev.dpo4j;

import org.jspecify.annotations.NullMarked;
