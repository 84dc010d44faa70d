"""The routes of realtime: a ticket for the socket, and the same events by polling."""

from __future__ import annotations

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router

from mediadock.api.schemas import StrictSchema
from mediadock.auth.http import bearer, principal_of
from mediadock.auth.tickets import TICKET_LIFETIME_S, create_ticket
from mediadock.core.policy import MAX_INT64
from mediadock.realtime.polling import events_after

router = Router(tags=["realtime"], auth=bearer)


class TicketAnswer(StrictSchema):
    """A ticket for one socket, good once and for ``expires_in`` seconds."""

    ticket: str
    expires_in: int


class EventFrame(StrictSchema):
    """A stored event, exactly as the socket sends it."""

    type: str
    seq: int
    data: dict[str, Any]


class EventPage(StrictSchema):
    """Events in order; of all there are, ``first_seq`` is the oldest and ``last_seq`` the last, on any page."""

    items: list[EventFrame]
    first_seq: int
    last_seq: int


@router.post("/auth/ws-ticket", response=TicketAnswer, summary="Ticket for the WebSocket")
def create_ws_ticket(request: HttpRequest) -> TicketAnswer:
    """A one-time ticket for ``/ws/events/?ticket=``."""
    return TicketAnswer(ticket=create_ticket(principal_of(request)), expires_in=TICKET_LIFETIME_S)


@router.get("/events/", response=EventPage, summary="Events by polling")
def list_events(
    request: HttpRequest,
    after: Annotated[int, Query(ge=0, le=MAX_INT64)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> EventPage:
    """The caller's events after ``after``, oldest first."""
    page = events_after(principal_of(request).user_id, after=after, limit=limit)
    items = [EventFrame(**item) for item in page.items]
    return EventPage(items=items, first_seq=page.first_seq, last_seq=page.last_seq)
