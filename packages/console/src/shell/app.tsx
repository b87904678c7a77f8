/** Who is signed in decides what there is to see; each screen is fetched when it is first opened. */
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect } from "react";
import { Route, Switch } from "wouter";
import { ConsoleProvider } from "../api/console.js";
import { toFault } from "../api/fault.js";
import { readSession } from "../api/session.js";
import { pages } from "../node/pages.js";
import { Answer, Nothing, Waiting } from "../ui/notice.js";
import { Boundary } from "./boundary.js";
import { Shell } from "./shell.js";
import { SignIn } from "./sign-in.js";

const Overview = lazy(() => import("../screens/overview/overview.js"));
const Accounts = lazy(() => import("../screens/accounts/accounts.js"));
const Account = lazy(() => import("../screens/account/account.js"));
const Invoices = lazy(() => import("../screens/invoices/invoices.js"));
const Invoice = lazy(() => import("../screens/invoices/invoice.js"));
const BillRuns = lazy(() => import("../screens/bill-runs/bill-runs.js"));
const BillRun = lazy(() => import("../screens/bill-runs/bill-run.js"));
const Clock = lazy(() => import("../screens/clock/clock.js"));
const Limits = lazy(() => import("../screens/limits/limits.js"));
const Keys = lazy(() => import("../screens/keys/keys.js"));

export function App() {
  const session = useQuery({
    queryKey: ["session"],
    queryFn: readSession,
    staleTime: Number.POSITIVE_INFINITY,
  });
  useSignOutWhenEnded();
  return (
    <Answer query={session} what="the console">
      {(info) =>
        info.session === null ? (
          <SignIn />
        ) : (
          <ConsoleProvider info={info} session={info.session}>
            <Shell>
              <Boundary>
                <Suspense fallback={<Waiting what="the screen" />}>
                  <Screens />
                </Suspense>
              </Boundary>
            </Shell>
          </ConsoleProvider>
        )
      }
    </Answer>
  );
}

function Screens() {
  return (
    <Switch>
      <Route path={pages.overview} component={Overview} />
      <Route path={pages.accounts} component={Accounts} />
      <Route path={pages.account} component={Account} />
      <Route path={pages.accountTab} component={Account} />
      <Route path={pages.invoices} component={Invoices} />
      <Route path={pages.invoice} component={Invoice} />
      <Route path={pages.billRuns} component={BillRuns} />
      <Route path={pages.billRun} component={BillRun} />
      <Route path={pages.clock} component={Clock} />
      <Route path={pages.limits} component={Limits} />
      <Route path={pages.keys} component={Keys} />
      <Route>
        <Nothing title="There is no such page">
          Choose one of the screens in the navigation.
        </Nothing>
      </Route>
    </Switch>
  );
}

/** Any call that is answered with 401: the session has ended, and the sign-in comes back. */
function useSignOutWhenEnded(): void {
  const client = useQueryClient();
  useEffect(() => {
    const onError = (error: unknown) => {
      if (error !== null && toFault(error).status === 401) {
        void client.invalidateQueries({ queryKey: ["session"] });
      }
    };
    const queries = client.getQueryCache().subscribe((event) => {
      if (event.type === "updated" && event.action.type === "error") onError(event.action.error);
    });
    const mutations = client.getMutationCache().subscribe((event) => {
      if (event.type === "updated" && event.action.type === "error") onError(event.action.error);
    });
    return () => {
      queries();
      mutations();
    };
  }, [client]);
}
