/** Processor time of a PostgreSQL server with all its processes: says more than a clock on a busy machine. */
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/** A function that tells the seconds used so far, by the processes that live now. */
export async function postgresCpu(pool) {
  const { pid } = (await pool.query("select pg_backend_pid() as pid")).rows[0];
  const postmaster = statOf(pid)?.parent;
  return () => {
    const stats = readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map((name) => statOf(Number(name)));
    return stats
      .filter((stat) => stat !== null && (stat.pid === postmaster || stat.parent === postmaster))
      .reduce((total, stat) => total + stat.seconds, 0);
  };
}

function statOf(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = Number(fields[11]) + Number(fields[12]);
    return { pid, parent: Number(fields[1]), seconds: ticks / TICKS_PER_SECOND };
  } catch {
    return null;
  }
}
