package io.pikaferry.coordinator.ledger;

class InMemoryLedgerStoresTest extends LedgerStoresContract {

    private final JournalStore journals = new InMemoryJournalStore();
    private final ErrorLedgerStore ledgers = new InMemoryErrorLedgerStore();

    @Override
    protected JournalStore journals() {
        return journals;
    }

    @Override
    protected ErrorLedgerStore ledgers() {
        return ledgers;
    }
}
