/** Something that will happen, and the function that makes it happen. */
export function event(): { readonly happened: Promise<void>; readonly happen: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  return { happened: promise, happen: resolve };
}
