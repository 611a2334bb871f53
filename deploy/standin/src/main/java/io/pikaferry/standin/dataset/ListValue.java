package io.pikaferry.standin.dataset;

import java.util.AbstractList;
import java.util.RandomAccess;

/** A list: cheap at both ends and by index, linear in the middle. */
public final class ListValue extends Value {

    private final Ring elements = new Ring();

    public Ring elements() {
        return elements;
    }

    @Override
    public boolean isEmpty() {
        return elements.isEmpty();
    }

    /** A growing ring of elements. Used under the database's lock. */
    public static final class Ring extends AbstractList<Bytes> implements RandomAccess {

        private Bytes[] slots = new Bytes[8];
        private int head;
        private int size;

        @Override
        public int size() {
            return size;
        }

        @Override
        public Bytes get(int index) {
            return slots[slot(checked(index))];
        }

        @Override
        public Bytes set(int index, Bytes element) {
            int slot = slot(checked(index));
            Bytes old = slots[slot];
            slots[slot] = element;
            return old;
        }

        /** Inserts before the index, moving the shorter side. */
        @Override
        public void add(int index, Bytes element) {
            if (index < 0 || index > size) {
                throw new IndexOutOfBoundsException(index);
            }
            grow();
            if (index < size - index) {
                head = (head - 1) & (slots.length - 1);
                for (int i = 0; i < index; i++) {
                    slots[slot(i)] = slots[slot(i + 1)];
                }
            } else {
                for (int i = size; i > index; i--) {
                    slots[slot(i)] = slots[slot(i - 1)];
                }
            }
            slots[slot(index)] = element;
            size++;
        }

        @Override
        public Bytes remove(int index) {
            Bytes removed = get(index);
            if (index < size - 1 - index) {
                for (int i = index; i > 0; i--) {
                    slots[slot(i)] = slots[slot(i - 1)];
                }
                slots[head] = null;
                head = (head + 1) & (slots.length - 1);
            } else {
                for (int i = index; i < size - 1; i++) {
                    slots[slot(i)] = slots[slot(i + 1)];
                }
                slots[slot(size - 1)] = null;
            }
            size--;
            return removed;
        }

        public void addFirst(Bytes element) {
            add(0, element);
        }

        public void addLast(Bytes element) {
            add(size, element);
        }

        private int slot(int index) {
            return (head + index) & (slots.length - 1);
        }

        private int checked(int index) {
            if (index < 0 || index >= size) {
                throw new IndexOutOfBoundsException(index);
            }
            return index;
        }

        private void grow() {
            if (size < slots.length) {
                return;
            }
            Bytes[] wider = new Bytes[slots.length * 2];
            for (int i = 0; i < size; i++) {
                wider[i] = slots[slot(i)];
            }
            slots = wider;
            head = 0;
        }
    }
}
