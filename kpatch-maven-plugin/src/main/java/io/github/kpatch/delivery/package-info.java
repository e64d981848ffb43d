/**
 * What goes along with a module that is shipped: papers that say what it is, for people, scanners and package managers. All
 * of them are made from one page of facts, the {@link io.github.kpatch.delivery.Manifest}.
 */
package io.github.kpatch.delivery;
