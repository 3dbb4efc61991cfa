import "../lib/main.ts";
