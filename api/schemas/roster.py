"""A roster that was read, and the team template that holds in an area."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Strict = ConfigDict(extra="forbid")


class RosterFault(BaseModel):
    """Why a row is refused, and what to do."""

    model_config = Strict

    row: int = Field(description="Data row, counted from 1.")
    column: str
    text: str


class RosterRead(BaseModel):
    """What a roster would do, or has done."""

    model_config = Strict

    stored: bool
    run: int | None = Field(description="Import run in which refused rows wait; null: none.")
    rows: int
    refused: int
    added: int
    changed: int
    unchanged: int
    faults: list[RosterFault] = Field(description="By row, the first 500.")
    more: int = Field(description="How many faults are not told.")


class TeamSeat(BaseModel):
    """Posts of one role that each subject of a level should have."""

    model_config = Strict

    level: str
    level_title: str
    role: str
    title: str
    count: int = Field(description="0: welcome, not needed.")


class TeamShown(BaseModel):
    """A team template: its chain of levels, and the seats each should have."""

    model_config = Strict

    name: str
    chain: list[str] = Field(description="Titles of the levels, from the widest on.")
    seats: list[TeamSeat]


class TeamOfArea(BaseModel):
    """The template that holds in an area, whose it is, and those to choose from."""

    model_config = Strict

    area: str
    team: TeamShown | None = Field(description="Null: none holds, so nothing is vacant.")
    set_in: str | None = Field(description="Code of the area that it was set in.")
    presets: list[TeamShown]


class TeamChoice(BaseModel):
    """The preset that is to hold."""

    model_config = Strict

    preset: Annotated[str, Field(max_length=100)]
