/** A cache of limited size that evicts the least recently used value. */
export class LruCache<V> {
  readonly #maxEntries: number;
  readonly #values = new Map<string, V>();
  /** The key used last: to move it to the end again would cost more than all else. */
  #latest: string | undefined;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get(key: string): V | undefined {
    const value = this.#values.get(key);
    if (value !== undefined && key !== this.#latest) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    this.#latest = key;
    if (this.#values.size <= this.#maxEntries) return;
    const [oldest] = this.#values.keys();
    if (oldest !== undefined) this.#values.delete(oldest);
  }

  /** Removes a value, unless another one has replaced it. */
  deleteIfSame(key: string, value: V): void {
    if (this.#values.get(key) === value) this.#values.delete(key);
  }
}
