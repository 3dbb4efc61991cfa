/**
 * What came passed a limit that whoever reads it has: an endless line, an event or a body that would fill the memory.
 * The exchange ends there, and that is the endpoint's doing.
 */
export class LimitError extends RangeError {
  constructor(message: string) {
    super(message);
    this.name = "LimitError";
  }
}
