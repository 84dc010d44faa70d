"""The peer's own addresses."""

from django.urls import include, path

urlpatterns = [path("", include("s3_file_field.urls"))]
