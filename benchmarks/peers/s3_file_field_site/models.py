"""One model with one field; no table of it is ever made."""

from django.db import models
from s3_file_field import S3FileField


class Medium(models.Model):
    blob = S3FileField()
