/** Waits for something, but no longer than so many ms. What comes of it is not asked. */
export async function within(time: number, event: Promise<unknown>): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, time);
  await Promise.race([event.catch(() => {}), late]);
  clearTimeout(timer);
}
