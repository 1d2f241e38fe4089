/**
 * The safetensors file format, both ways, as a stream; hostile input assumed.
 */
@NullMarked
@ApplicationModule(allowedDependencies = {})
package dev.dpo4j.safetensors;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
