/** What a pointer does on a chart; places are in px from its left and top. */
export interface PointerActions {
  hover(x: number, y: number): void;
  /** A mouse is being dragged. */
  drag(from: number, to: number): void;
  /** It was let go. */
  dragged(from: number, to: number): void;
  /** A click, or a tap: not what ends a drag. */
  click(x: number, y: number): void;
}

/** A hand is not as steady as this, in px. */
const STEADY = 6;

/** Tells clicks from drags. A finger that is drawn over the chart scrolls the page. */
export function listenToPointer(canvas: HTMLCanvasElement, actions: PointerActions): void {
  let pressed: number | null = null;
  let isDrag = false;
  canvas.addEventListener("pointerdown", ({ offsetX, pointerType }) => {
    pressed = pointerType === "mouse" ? offsetX : null;
    isDrag = false;
  });
  canvas.addEventListener("pointermove", ({ offsetX, offsetY, buttons }) => {
    actions.hover(offsetX, offsetY);
    if (buttons === 0) pressed = null;
    if (pressed === null || Math.abs(offsetX - pressed) < STEADY) return;
    isDrag = true;
    actions.drag(pressed, offsetX);
  });
  canvas.addEventListener("pointerup", ({ offsetX }) => {
    if (pressed !== null && isDrag) actions.dragged(pressed, offsetX);
    pressed = null;
  });
  canvas.addEventListener("click", ({ offsetX, offsetY }) => {
    if (!isDrag) actions.click(offsetX, offsetY);
    isDrag = false;
  });
}
