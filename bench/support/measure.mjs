/** One measurement of a server process under load: what it did, and what that cost each of the processes. */
export async function measure({ program, load, databaseCpu }, { connections, rounds, seconds }) {
  const before = await program.ask("usage");
  const databaseBefore = databaseCpu();
  const { origin } = program.ready;
  const result = await load.ask({ origin, connections, seconds, rounds });
  const after = await program.ask("usage");
  return {
    ...result,
    rssMb: after.rssMb,
    serverUs: ((after.cpuSeconds - before.cpuSeconds) * 1e6) / result.requests,
    databaseUs: ((databaseCpu() - databaseBefore) * 1e6) / result.requests,
    loadUs: (result.cpuSeconds * 1e6) / result.requests,
  };
}
