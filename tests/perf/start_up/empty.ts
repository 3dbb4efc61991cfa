/** The least that a program of Bun's does. */
console.log("");
