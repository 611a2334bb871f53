/**
 * Dumps on disk in Pika's own formats: reading, writing, generating. How they travel is not decided
 * here. spec/dump-formats.md §1–§4.
 */
package io.pikaferry.standin.dump;
