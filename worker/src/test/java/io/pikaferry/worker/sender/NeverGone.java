package io.pikaferry.worker.sender;

/** A source at which nothing expires. */
class NeverGone implements ExpiryRule {

    @Override
    public boolean gone(long expireAtMillis, long executedAtSeconds) {
        return false;
    }

    @Override
    public boolean narrowly(long expireAtMillis, long executedAtSeconds) {
        return false;
    }

    @Override
    public boolean unsure(long expireAtMillis, long executedAtSeconds) {
        return false;
    }
}
