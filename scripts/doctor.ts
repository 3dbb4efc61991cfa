import { runScript } from "../lib/command/script.ts";
import { doctor } from "../lib/doctor/doctor.ts";
import { doctorCommand } from "../lib/doctor/command.ts";

await runScript(doctorCommand, doctor);
