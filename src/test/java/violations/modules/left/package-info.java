/** Declares that it depends on nothing. */
@ApplicationModule(allowedDependencies = {})
package violations.modules.left;

import org.springframework.modulith.ApplicationModule;
