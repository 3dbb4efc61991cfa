// Run as a process of its own: prints what `@std/dotenv` reads from the current folder.
import { load, loadSync } from "@std/dotenv";

process.stdout.write(JSON.stringify([await load(), loadSync()]));
