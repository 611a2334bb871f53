/** What pika.conf says. Who acts on a setting asks for it each time. */
package io.pikaferry.standin.settings;
