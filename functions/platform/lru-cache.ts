/** Remembers so many values; beyond that, the one that was not used for longest goes. */
export class LruCache<V> {
  readonly #most: number;
  readonly #values = new Map<string, V>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string): V | undefined {
    const value = this.#values.get(key);
    if (value !== undefined) this.set(key, value);
    return value;
  }

  set(key: string, value: V): void {
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
  }

  /** Forgets a value, unless another one has taken its place. */
  deleteIfSame(key: string, value: V): void {
    if (this.#values.get(key) === value) this.#values.delete(key);
  }
}
