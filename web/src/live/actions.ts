import { element } from "../page";
import { ask, unreached } from "./answer";
import type { ControlEvent } from "./events";
import { count, small } from "./words";

/** Buttons that act on the training of the server's process at its next step. */
export class Actions {
  readonly section: HTMLElement;
  private readonly said = element("p", { class: "said", role: "status" });
  private readonly buttons: HTMLButtonElement[];
  private readonly question: HTMLDialogElement;

  constructor() {
    const button = (text: string, title: string, act: () => void) => element("button", { type: "button", title, onclick: act }, text);
    this.buttons = [
      button("Save a checkpoint", "Saves the state of the training after the step it is in.", () => void this.ask({ action: "checkpoint" }, "A checkpoint will be saved after the step it is in.")),
      button("Halve the learning rate", "Multiplies the rate of all steps from the next one on by 0.5.", () => void this.ask({ action: "rate", factor: 0.5 }, "The learning rate will be halved from the next step on.")),
      button("Stop training…", "Ends the training as early stopping does, keeping the best weights.", () => this.question.showModal()),
    ];
    this.question = element("dialog", { "aria-labelledby": "stop-title" },
      element("h2", { id: "stop-title" }, "Stop this training?"),
      element("p", {}, "It ends after the step it is in, as early stopping does: a last validation, the best weights are kept, the table and the model are written. It cannot be taken back."),
      element("form", { method: "dialog", class: "answers" },
        element("button", { value: "no", autofocus: true }, "Go on training"),
        element("button", { value: "stop", class: "danger" }, "Stop training")));
    this.question.addEventListener("close", () => {
      if (this.question.returnValue === "stop") void this.ask({ action: "stop" }, "The training will stop after the step it is in.");
      this.question.returnValue = "";
    });
    this.section = element("section", { class: "actions", "aria-label": "This training", hidden: true },
      element("div", { class: "buttons" }, ...this.buttons), this.said, this.question);
  }

  /** Shows the buttons where there is a training to act on; they rest once it has ended. */
  update(isLive: boolean, hasEnded: boolean): void {
    this.section.hidden = !isLive;
    for (const button of this.buttons) button.disabled = hasEnded;
    if (hasEnded && this.question.open) this.question.close();
  }

  /** The training has logged what it did. */
  confirm(control: ControlEvent): void {
    const at = `step ${count(control.step)}`;
    const done: Record<ControlEvent["action"], string> = {
      stop: `Stopped at ${at}; the best weights are kept.`,
      checkpoint: `A checkpoint was saved at ${at}.`,
      rate: `The learning rate is multiplied by ${small(control.value)} from ${at} on.`,
    };
    this.say(done[control.action] ?? `${control.action} at ${at}.`);
  }

  private async ask(action: object, done: string): Promise<void> {
    const answer = await ask<void>("control", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(action) });
    if ("value" in answer) this.say(done);
    else this.say(answer.refused === unreached ? "There is no answer from the server; nothing was done." : answer.refused);
  }

  private say(text: string): void {
    this.said.textContent = text;
  }
}
