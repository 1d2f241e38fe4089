/**
 * What must not be: one class for each rule of {@code dev.dpo4j.ArchitectureTest}, in a package named as in the real code, to show
 * that the rule bites.
 */
package violations;
