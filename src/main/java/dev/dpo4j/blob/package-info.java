/**
 * Large binary values, streamed both ways: in rows of the database, in parts of at most 4 MB with a SHA-256 each, or in files beside it.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {"digest"})
package dev.dpo4j.blob;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
