"""An entrant: a model on its way into the sandbox, as bytes with a name."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, Self, get_args

from sandbox.errors import BadInput
from sandbox.experiment.market_policy import Caps, speaks_of_limits
from sandbox.isolation.artefacts.artefact import Artefact

#: parameters shown in comparisons; more would crowd the page
SHOWN_PARAMS = 6


@dataclass(frozen=True)
class Entrant:
    """A model with its artefact; or, without one, scores that the bank already has."""

    #: as a person says it
    name: str
    #: one short word
    family: str
    #: "limit", "fraud" or "pd"
    role: str
    #: columns of the matrix the model returns
    outputs: tuple[str, ...]
    #: None: nothing is run, the portfolio's own scores are judged
    artefact: Artefact | None
    #: fitted inside the sandbox first; a vendor's file comes fitted. A bank's own scores are
    #: judged on the accounts kept from fitting if True, beside models that are; on all if not
    fitted_here: bool = True
    #: what its explanation adds up to; empty: what the worker says that it does
    explained: str = ""
    #: whether it is asked for an explanation
    explainable: bool = True
    params: Mapping[str, str] = field(default_factory=dict)
    #: what bounds the limits that are chosen by what the model says of each; None: "house and
    #: law" for such a model, and nothing to choose for others
    caps: Caps | None = None

    def __post_init__(self) -> None:
        # a vendor names files, and a terminal obeys some characters
        if not self.name.isprintable():
            raise BadInput(f"The model's name is {self.name!r}; give it a name of letters: name=.")
        if self.caps is None:
            return
        if self.caps not in get_args(Caps):
            raise BadInput(f"caps is {self.caps!r}; it is one of {', '.join(get_args(Caps))}.")
        if not speaks_of_limits(self.outputs):
            raise BadInput(
                f"{self.name} says nothing of each limit (no output pd_at_2000 or the like), so "
                "its limits come from the study's policy, caps included; leave caps out."
            )

    @classmethod
    def of(cls, model: Any, name: str | None = None, caps: Caps | None = None) -> Self:
        """An entrant from a model (or an entrant), under its own name or another.

        `caps` bound a model that says something of every limit ("house and law", "law", "none").

        Built-in models are known by class and parameters, so a study resumes them in another
        process; a class of yours travels as a pickle, which differs from process to process,
        and is run again.
        """
        if isinstance(model, cls):
            return replace(model, name=name or model.name, caps=caps or model.caps)
        if isinstance(model, str | Path):
            raise BadInput(
                f"{model} is a file; say what it is judged as: "
                "Entrant.from_file(path, role='fraud', outputs=('score',))."
            )
        missing = [n for n in ("name", "family", "role", "outputs") if not hasattr(model, n)]
        if missing:
            raise BadInput(
                f"A {type(model).__qualname__} has no {', '.join(missing)}; a model names itself "
                "as sandbox.models.protocol.Model says, or is wrapped in an Entrant."
            )
        built_in = type(model).__module__.startswith("sandbox.models.")
        params = model.get_params(deep=False) if hasattr(model, "get_params") else {}
        return cls(
            name=name or model.name,
            family=model.family,
            role=model.role,
            outputs=tuple(model.outputs),
            artefact=Artefact.built_in(model) if built_in else Artefact.of(model),
            explained=getattr(model, "explained", ""),
            params={
                f"model.{k}": _short(v)
                for k, v in list(params.items())[:SHOWN_PARAMS]
                if k != "role"
            },
            caps=caps,
        )

    @classmethod
    def of_scores(cls, name: str, *, beside_models: bool = False) -> Self:
        """PDs that a portfolio brings along, judged as they are; no model is run.

        On all its accounts, or with `beside_models` on those that other entrants of the study
        do not learn from.
        """
        return cls(name, "bank", "pd", ("pd",), None, fitted_here=beside_models)

    @classmethod
    def from_file(
        cls, path: Path | str, *, role: str, outputs: tuple[str, ...], name: str | None = None
    ) -> Self:
        """A vendor's fitted model file or MLflow folder; it is read, never opened."""
        path = Path(path)
        artefact = Artefact.from_file(path)
        return cls(name or path.stem, "vendor", role, outputs, artefact, fitted_here=False)

    @classmethod
    def from_mlflow(
        cls,
        place: Path | str,
        *,
        role: str,
        outputs: tuple[str, ...],
        name: str | None = None,
        environment: Literal["auto", "own", "installed"] = "auto",
    ) -> Self:
        """A vendor's fitted model in an MLflow folder, or at a URI such as `models:/pd@champion`.

        `environment` is as in `Artefact.from_mlflow`. The study's runs name the model by its
        digest and do not copy it: it stays where it was registered.
        """
        artefact = Artefact.from_mlflow(place, environment)
        called = name or Path(str(place)).name
        params = {"model.source": "MLflow", "model.digest": artefact.digest[:12]}
        return cls(called, "vendor", role, outputs, artefact, fitted_here=False, params=params)

    @property
    def digest(self) -> str:
        """Hex digest of what would run."""
        return self.artefact.digest if self.artefact else f"scores of {self.name}"


def _short(value: object) -> str:
    if isinstance(value, tuple | list):
        return "/".join(map(_short, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value)
