/** A screen that breaks does not take the console with it. */
import { Component, type ReactNode } from "react";
import { FaultNotice } from "../ui/notice.js";

export class Boundary extends Component<
  { readonly children: ReactNode },
  { readonly error: unknown }
> {
  override state = { error: null as unknown };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <FaultNotice error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
