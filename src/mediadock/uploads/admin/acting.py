"""From a button to a service: a question first, then the deed, a sentence about each outcome and a line of history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse

from mediadock.uploads.admin.readonly import ReadOnlyAdmin
from mediadock.uploads.admin.verbs import MOST_AT_ONCE, VERBS, Verb, carry_out
from mediadock.uploads.models import MediaAsset

_MOST_REFUSALS_SHOWN = 10
_CONFIRMED = "confirmed"


class ActingAdmin(ReadOnlyAdmin):
    """The verbs as actions of the list and as buttons of an asset's page, for those who have their permission."""

    def may(self, request: HttpRequest, verb: Verb) -> bool:
        """Whether the user has the verb's permission on assets."""
        user: Any = request.user
        return bool(user.has_perm(f"{self.opts.app_label}.{verb.permission}_{self.opts.model_name}"))

    def get_actions(self, request: HttpRequest) -> dict[str, tuple[Callable[..., Any], str, str] | None]:
        """The verbs that the user may use; Django's own deletion, which knows no store, is not among them."""
        return {
            f"{verb.name}_assets": (partial(_act_on_many, verb=verb), f"{verb.name}_assets", f"{verb.label} …")
            for verb in VERBS.values()
            if self.may(request, verb)
        }

    def get_urls(self) -> list[URLPattern]:
        """The page of each verb, before Django's own addresses: its ``delete/`` is ours."""
        ours = [
            path(
                f"<int:asset_id>/{verb.name}/",
                self.admin_site.admin_view(partial(self._act_on_one, verb=verb)),
                name=f"{self.opts.app_label}_{self.opts.model_name}_{verb.name}",
            )
            for verb in VERBS.values()
        ]
        return [*ours, *super().get_urls()]

    def _act_on_one(self, request: HttpRequest, asset_id: int, *, verb: Verb) -> HttpResponse:
        if not (self.has_view_permission(request) and self.may(request, verb)):
            raise PermissionDenied
        asset: MediaAsset | None = self.get_object(request, str(asset_id))
        if asset is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, str(asset_id))  # type: ignore[attr-defined,no-any-return]  # as Django's own pages answer
        if request.method != "POST":
            return self.ask(request, verb, [asset], target=request.path, back=reverse(_OF_ONE, args=[asset_id]))
        self.act(request, verb, [asset])
        still_there = MediaAsset.objects.filter(pk=asset_id).exists()
        return HttpResponseRedirect(reverse(_OF_ONE, args=[asset_id]) if still_there else reverse(_OF_ALL))

    def ask(
        self, request: HttpRequest, verb: Verb, assets: Sequence[MediaAsset], *, target: str, back: str
    ) -> HttpResponse:
        """The question before the deed, which is a POST to ``target``."""
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb.label}?",
            "opts": self.opts,
            "verb": verb,
            "assets": assets,
            "bytes": sum(asset.size_bytes for asset in assets),
            "most": MOST_AT_ONCE,
            "back": back,
            "target": target,
            "checkbox": ACTION_CHECKBOX_NAME,
            "action": f"{verb.name}_assets",
            "confirmed": _CONFIRMED,
        }
        return TemplateResponse(request, "mediadock_uploads/admin/ask.html", context)

    def act(self, request: HttpRequest, verb: Verb, assets: Sequence[MediaAsset]) -> None:
        """Do it, and say what came of it."""
        outcomes = carry_out(verb, assets, note=partial(self._note, request, verb))
        for outcome, count in outcomes.done.items():
            what = f"{count} assets were" if count > 1 else "1 asset was"
            messages.success(request, f"{what} {outcome}.")
        for sentence in outcomes.refused[:_MOST_REFUSALS_SHOWN]:
            messages.warning(request, sentence)
        if unsaid := len(outcomes.refused[_MOST_REFUSALS_SHOWN:]):
            messages.warning(request, f"{unsaid} more could not be acted on.")

    def _note(self, request: HttpRequest, verb: Verb, asset: MediaAsset, outcome: str) -> None:
        if verb.is_grave:
            self.log_deletions(request, [asset])  # type: ignore[arg-type]  # it goes through them, no more
        else:
            self.log_change(request, asset, f"{verb.label}: {outcome}.")


def _act_on_many(
    model_admin: ActingAdmin, request: HttpRequest, queryset: QuerySet[MediaAsset], *, verb: Verb
) -> HttpResponse | None:
    assets = list(queryset.select_related("owner").order_by("pk")[:MOST_AT_ONCE])
    if _CONFIRMED not in request.POST:
        return model_admin.ask(request, verb, assets, target=reverse(_OF_ALL), back=request.get_full_path())
    model_admin.act(request, verb, assets)
    return None


_OF_ALL = "admin:mediadock_uploads_mediaasset_changelist"
_OF_ONE = "admin:mediadock_uploads_mediaasset_change"
