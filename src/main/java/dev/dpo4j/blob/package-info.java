/**
 * Large binary values in the database, in parts of at most 4 MB with a SHA-256 each, streamed both ways.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.dpo4j.blob;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
