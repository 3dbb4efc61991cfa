/** Files that are part of the program, imported as text: so they are in a program of one file, too. */
declare module "*.sse" {
  const text: string;
  export default text;
}

declare module "*.sh" {
  const text: string;
  export default text;
}
