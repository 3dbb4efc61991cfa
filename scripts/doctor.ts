import { runScript } from "../lib/command/script.ts";
import { doctorCommand } from "../lib/doctor/command.ts";

await runScript(doctorCommand, async (given, context) => {
  const { doctor } = await import("../lib/doctor/doctor.ts");
  return await doctor(given, context);
});
