/** Past this many bytes a buffer gives its memory back when it is emptied. */
const KEPT_BYTES = 64 * 1024;

/** Bytes that are added at one end and taken from the other, in linear time however small the parts. */
export class ByteBuffer {
  #bytes = new Uint8Array(256);
  #start = 0;
  #end = 0;

  get length(): number {
    return this.#end - this.#start;
  }

  /** Copies the bytes to the end. */
  append(bytes: Uint8Array): void {
    if (this.#end + bytes.length > this.#bytes.length) this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, this.#end);
    this.#end += bytes.length;
  }

  /** What is in it: a view that holds until the next call. */
  view(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** Takes up to `length` bytes from the front: a view that holds until the next call. */
  take(length: number): Uint8Array {
    const start = this.#start;
    this.#start = Math.min(start + length, this.#end);
    return this.#bytes.subarray(start, this.#start);
  }

  clear(): void {
    this.#start = 0;
    this.#end = 0;
    if (this.#bytes.length > KEPT_BYTES) this.#bytes = new Uint8Array(256);
  }

  #makeRoom(length: number): void {
    const held = this.view();
    const room = new Uint8Array(Math.max(2 * held.length, held.length + length, 256));
    room.set(held);
    this.#end = held.length;
    this.#start = 0;
    this.#bytes = room;
  }
}
